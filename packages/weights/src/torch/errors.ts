import { NetwrightError } from '@netwright/ir';

/** A file that is not one of `torch.save`, or is damaged. */
export function fileError(received: string): NetwrightError {
  return new NetwrightError({
    code: 'torch.file',
    operation: 'readTorchStateDict',
    expected: 'a whole file that torch.save has written',
    received,
  });
}
