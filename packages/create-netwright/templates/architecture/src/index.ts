export { templateName, type TemplateNameVariant } from './template-name.ts';
