export { templateName, type TemplateNameOptions } from './template-name.ts';
