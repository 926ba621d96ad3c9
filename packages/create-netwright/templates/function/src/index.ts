export { templateName, templateNameFunction, type TemplateNameOptions } from './template-name.ts';
