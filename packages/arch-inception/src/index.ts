export { inception, type InceptionOptions } from './inception.ts';
export { inceptionModule, type InceptionChannels, type InceptionModuleOptions } from './inception-module.ts';
