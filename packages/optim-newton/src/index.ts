export { newton, NEWTON_LIMIT } from './newton.ts';
export { newtonCg } from './newton-cg.ts';
