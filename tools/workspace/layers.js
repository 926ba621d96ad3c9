// Which tags a package may import, by its own tags: the import layers of the repository, for @nx/enforce-module-boundaries.
const language = 'layer:language';
const contract = 'layer:contract';
const plugin = 'layer:plugin';
const assembly = 'layer:assembly';
const kit = 'layer:kit';

const pluginKinds = { backend: 'compiler', optim: 'optim', arch: 'arch', data: 'data', function: 'compiler' };

export const layers = [
  { sourceTag: language, onlyDependOnLibsWithTags: [] },
  { sourceTag: contract, onlyDependOnLibsWithTags: [language] },
  ...Object.entries(pluginKinds).map(([kind, contractName]) => ({
    allSourceTags: [plugin, `kind:${kind}`],
    onlyDependOnLibsWithTags: [language, `contract:${contractName}`],
  })),
  { sourceTag: 'kind:weights', onlyDependOnLibsWithTags: [language, contract] },
  { sourceTag: 'kind:train', onlyDependOnLibsWithTags: [language, contract, 'kind:weights'] },
  { sourceTag: 'kind:search', onlyDependOnLibsWithTags: [language, contract, 'kind:weights', 'kind:train'] },
  { sourceTag: 'kind:viz', onlyDependOnLibsWithTags: [language, contract, 'kind:train'] },
  { sourceTag: 'kind:cli', onlyDependOnLibsWithTags: [language, contract, plugin, assembly] },
  { sourceTag: 'kind:create', onlyDependOnLibsWithTags: [language] },
  {
    sourceTag: 'kind:testing',
    onlyDependOnLibsWithTags: [language, contract, 'kind:weights', 'kind:train', 'backend:reference'],
  },
  { sourceTag: 'kind:integration', onlyDependOnLibsWithTags: [language, contract, plugin, assembly, kit] },
  {
    sourceTag: 'kind:generators',
    onlyDependOnLibsWithTags: [language, 'kind:publishing', 'kind:create'],
  },
  { sourceTag: 'kind:docs', onlyDependOnLibsWithTags: [language, contract, plugin, assembly, kit] },
  { sourceTag: 'kind:oracle', onlyDependOnLibsWithTags: [language, contract, plugin, assembly, kit] },
  { sourceTag: 'kind:publishing', onlyDependOnLibsWithTags: [language, contract, plugin, assembly, kit] },
  { sourceTag: 'kind:studies', onlyDependOnLibsWithTags: [language, contract, plugin, assembly, kit] },
  { sourceTag: 'kind:bench', onlyDependOnLibsWithTags: [language, contract, plugin, assembly, kit] },
];

/**
 * What tests may use beyond that: plugins the conformance kit (but for the reference backend, on which the kit rests);
 * spaces and searches all plugins, which they take as values; contracts, weights, the training loop and pictures the reference backend, to run programs on.
 */
export const testLayers = layers.map((layer) => ({
  ...layer,
  onlyDependOnLibsWithTags: [...layer.onlyDependOnLibsWithTags, ...addedInTests(layer)],
}));

function addedInTests({ sourceTag, allSourceTags = [] }) {
  if (allSourceTags.includes(plugin)) return ['kind:testing'];
  if (sourceTag === 'kind:search') return [plugin];
  if ([contract, 'kind:weights', 'kind:train', 'kind:viz'].includes(sourceTag)) return ['backend:reference'];
  return [];
}
