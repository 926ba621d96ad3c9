// Code in documents that is run on less, or type-checked only.

/** What is replaced before the block is run: the same code on fewer samples. */
export const SMALLER: Readonly<Record<string, readonly (readonly [from: string, to: string])[]>> = {
  'README.md 1': [['mnist()', 'mnist({ limit: 64 })']],
  'docs/first-model.md 1': [['limit: 2000', 'limit: 64']],
  'docs/your-own-data.md 1': [
    ["'photos'", "'.results/blocks/photos'"],
    ["'some.png'", "'.results/blocks/photos/cat/0.png'"],
    ['epochs: 20', 'epochs: 1'],
  ],
  'packages/backend-reference/README.md 1': [['N: 8', 'N: 32']],
  'packages/data-images/README.md 1': [["'photos'", "'.results/blocks/photos'"]],
};

/** Blocks that are not run, and why. */
export const NOT_RUN: Readonly<Record<string, string>> = {
  'docs/pretrained-weights.md 1': 'the weights are not in the repository',
  'packages/arch-inception/README.md 2': 'the weights are not in the repository',
  'packages/weights/README.md 1': 'the weights are not in the repository',
  'packages/data-mnist/README.md 2': 'it fetches files in a browser',
  'packages/testing/README.md 1': 'it declares a suite, which cannot be done inside a test',
  'packages/testing/README.md 2': 'it declares a suite, which cannot be done inside a test',
  'packages/testing/README.md 3': 'it declares a suite, which cannot be done inside a test',
  'packages/viz/README.md 1': 'it draws in a browser',
  'tools/publishing/README.md 1': 'it packs and installs; the tests of that package do',
};
