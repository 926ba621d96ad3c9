export { decodeImage, readImage } from './decode-image.ts';
export { imageFolder, type ImageFolderOptions } from './image-folder.ts';
