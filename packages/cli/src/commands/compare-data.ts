// What papers and textbooks say about networks, with sources, for `netwright compare`.

export interface PublishedAccuracy {
  /** Share of validation or test images whose class is among the first five, in percent. */
  readonly top5: number;
  readonly source: string;
}

export interface NetworkFacts {
  /** Of the paper. */
  readonly year: number;
  readonly feature: string;
  /** Best known figures first. */
  readonly accuracy: readonly PublishedAccuracy[];
  /** Round figures of textbooks: parameters and operations. */
  readonly textbook?: { readonly parameters: string; readonly operations: string };
  /** Why the textbook's figures differ from those of the built network. */
  readonly difference?: string;
}

/** Facts by name of a model. */
export const NETWORK_FACTS: Readonly<Record<string, NetworkFacts>> = {
  alexnet: {
    year: 2012,
    feature: 'deep, with ReLU and dropout, on two GPUs',
    accuracy: [
      { top5: 79.066, source: 'torchvision, IMAGENET1K_V1, one crop of the validation set' },
      { top5: 84.7, source: 'NIPS 2012: seven networks, ILSVRC-2012 test set (15.3 % error)' },
    ],
    textbook: { parameters: '62M', operations: '1.5B' },
    difference:
      "62M counts the paper's layers without their two groups, this is torchvision's one-column network with fewer filters; 1.5B counts a multiplication and an addition as two.",
  },
  vgg16: {
    year: 2014,
    feature: 'only 3x3 kernels, stacked',
    accuracy: [
      { top5: 90.382, source: 'torchvision, IMAGENET1K_V1, one crop of the validation set' },
      { top5: 92.7, source: 'arXiv:1409.1556: seven networks, ILSVRC-2014 test set (7.3 % error)' },
    ],
    textbook: { parameters: '138M', operations: '19.6B' },
    difference:
      '19.6B are the multiply-adds of VGG-19, which has three convolutions more; the 138M are those of VGG-16.',
  },
  googlenet: {
    year: 2014,
    feature: 'parallel kernels of several sizes (Inception)',
    accuracy: [
      { top5: 89.53, source: 'torchvision, IMAGENET1K_V1, one crop of the validation set' },
      { top5: 93.33, source: 'arXiv:1409.4842: seven networks, ILSVRC-2014 test set (6.67 % error)' },
    ],
    textbook: { parameters: '6.4M', operations: '2B' },
    difference:
      "The paper's own table adds up to 6.8M weights and 1.5B multiply-adds, which textbooks round in different ways; this is torchvision's network, with 3x3 in place of 5x5 and batch norms; googlenet_paper is the paper's.",
  },
  resnet152: {
    year: 2015,
    feature: 'shortcuts past blocks of layers',
    accuracy: [
      { top5: 94.046, source: 'torchvision, IMAGENET1K_V1, one crop of the validation set' },
      { top5: 96.43, source: 'arXiv:1512.03385: six networks, ILSVRC-2015 test set (3.57 % error)' },
    ],
    textbook: { parameters: '60.3M', operations: '11B' },
    difference:
      "60.3M counts the running statistics of the batch norms as well; 11B is the paper's, which has the strides in 1x1 convolutions (strideIn=1x1), torchvision has them in the 3x3.",
  },
};
