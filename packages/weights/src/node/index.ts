export { writeDurably } from './write-durably.ts';
