export { resnext, type ResNeXtOptions } from './resnext.ts';
export { widthFor, type WidthForOptions } from './width-for.ts';
