import { trainLeNet, type Files } from './training.ts';

export interface Request {
  readonly threads: number;
}

const fetched = async (name: string): Promise<ArrayBuffer> => {
  const response = await fetch(new URL(`/mnist/${name}`, self.location.origin));
  if (!response.ok) throw new Error(`${name}: ${String(response.status)}`);
  return response.arrayBuffer();
};

self.onmessage = async ({ data: { threads } }: MessageEvent<Request>): Promise<void> => {
  try {
    const [images, labels] = await Promise.all([
      fetched('train-images-idx3-ubyte'),
      fetched('train-labels-idx1-ubyte'),
    ]);
    const files: Files = { images, labels };
    self.postMessage({ outcome: await trainLeNet(files, threads) });
  } catch (error) {
    self.postMessage({ failure: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
};
