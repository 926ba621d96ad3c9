// Numbers of channels that suit vector units.

/**
 * The multiple of `divisor` nearest to `value`, at least `min` (the divisor by default), and one step more where rounding would take away over
 * 10 %: the rule of MobileNet, EfficientNet and torchvision's RegNet.
 */
export function makeDivisible(value: number, divisor = 8, min = divisor): number {
  const nearest = Math.max(min, Math.floor((value + divisor / 2) / divisor) * divisor);
  return nearest < 0.9 * value ? nearest + divisor : nearest;
}
