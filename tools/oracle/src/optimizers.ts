// Optimizers by the names and options that PyTorch gives them.

import type { Optimizer } from '@netwright/optim';
import { adamw } from '@netwright/optim-adamw';
import { momentum } from '@netwright/optim-momentum';
import { sgd } from '@netwright/optim-sgd';

export type TorchOptions = Readonly<Record<string, unknown>>;

/** `torch.optim.<type>` with its options; undefined when no package of ours has that rule. */
export function createOptimizer(type: string, options: TorchOptions): Optimizer | undefined {
  const number = (name: string, fallback: number): number =>
    typeof options[name] === 'number' ? options[name] : fallback;
  const lr = number('lr', 1e-3);
  switch (type) {
    case 'SGD': {
      if (options.nesterov === true) return undefined;
      const weightDecay = number('weight_decay', 0);
      if (number('momentum', 0) === 0) return sgd({ lr, weightDecay });
      return momentum({ lr, weightDecay, momentum: number('momentum', 0), dampening: number('dampening', 0) });
    }
    case 'AdamW': {
      const [beta1, beta2] = Array.isArray(options.betas)
        ? (options.betas as unknown as readonly [number, number])
        : [0.9, 0.999];
      return adamw({
        lr,
        beta1,
        beta2,
        eps: number('eps', 1e-8),
        weightDecay: number('weight_decay', 1e-2),
        amsgrad: options.amsgrad === true,
      });
    }
    default:
      return undefined;
  }
}
