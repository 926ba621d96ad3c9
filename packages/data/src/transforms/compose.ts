import { streamWords } from '@netwright/ir';
import type { Transform } from './transform.ts';

/** Transforms one after the other, as one. Each gets random numbers of its own, even when one occurs twice. */
export function compose(transforms: readonly Transform[]): Transform {
  return {
    name: 'compose',
    options: { transforms: transforms.map(({ name, options }) => ({ name, options })) },
    apply(images, context) {
      return transforms.reduce((current, transform, place) => {
        const [stream] = streamWords(context.stream + place);
        return transform.apply(current, { ...context, stream });
      }, images);
    },
  };
}
