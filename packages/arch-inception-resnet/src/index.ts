export { inceptionResNet, type InceptionResNetOptions } from './inception-resnet.ts';
export { residualModule, type ResidualModuleOptions } from './residual-module.ts';
