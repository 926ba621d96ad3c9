export { applyBinary, applyUnary, convert } from './arithmetic.ts';
export { kernelLoads, kernelNodes, kernelReduces, loadsOf, nodesOf, reducesOf } from './contents.ts';
export { boundOf, Dependencies, hasValues } from './dependencies.ts';
export {
  binary,
  cast,
  childrenOf,
  constant,
  forEachIndex,
  guarded,
  indexValue,
  load,
  reduce,
  rewrite,
  rewriteIndex,
  select,
  unary,
  type LoadExpr,
  type ReduceExpr,
  type Rewriting,
} from './expression.ts';
export {
  addIndices,
  axisIndex,
  coefficientOf,
  constantIndex,
  equalGuards,
  equalIndices,
  equalTerms,
  flatten,
  floorDivide,
  isAffine,
  modulo,
  pureAxis,
  rangeOf,
  scaleIndex,
  shiftIndex,
  simplifyGuards,
  subtractIndices,
  unflatten,
  valueIndex,
  zeroIndex,
  type Extents,
  type Range,
} from './index-algebra.ts';
export { numberedAxes } from './numbered-axes.ts';
export { atomKey, exprKey, guardKey, indexKey } from './keys.ts';
export { printBuffer, printExpr, printGuards, printIndex, printKernel, printProgram } from './print.ts';
export { remembered } from './remembered.ts';
export { rowMajorStorage } from './storage.ts';
