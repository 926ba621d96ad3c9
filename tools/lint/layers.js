// Which tags a package may import, by its own tags: the import layers of the repository, for @nx/enforce-module-boundaries.
const language = 'layer:language';
const contract = 'layer:contract';
const plugin = 'layer:plugin';
const assembly = 'layer:assembly';
const kit = 'layer:kit';

const pluginKinds = { backend: 'compiler', optim: 'optim', arch: 'arch', data: 'data' };

export const layers = [
  { sourceTag: language, onlyDependOnLibsWithTags: [] },
  { sourceTag: contract, onlyDependOnLibsWithTags: [language] },
  ...Object.entries(pluginKinds).map(([kind, contractName]) => ({
    allSourceTags: [plugin, `kind:${kind}`],
    onlyDependOnLibsWithTags: [language, `contract:${contractName}`],
  })),
  { sourceTag: 'kind:weights', onlyDependOnLibsWithTags: [language, contract] },
  { sourceTag: 'kind:train', onlyDependOnLibsWithTags: [language, contract, 'kind:weights'] },
  { sourceTag: 'kind:cli', onlyDependOnLibsWithTags: [language, contract, plugin, assembly] },
  {
    sourceTag: 'kind:testing',
    onlyDependOnLibsWithTags: [language, contract, 'kind:weights', 'kind:train', 'backend:reference'],
  },
  { sourceTag: 'kind:integration', onlyDependOnLibsWithTags: [language, contract, plugin, assembly, kit] },
  { sourceTag: 'kind:oracle', onlyDependOnLibsWithTags: [language, contract, plugin, assembly, kit] },
];

/** A plugin's tests may also use the published conformance kit. */
export const testLayers = layers.map((layer) =>
  layer.allSourceTags?.includes(plugin)
    ? { ...layer, onlyDependOnLibsWithTags: [...layer.onlyDependOnLibsWithTags, 'kind:testing'] }
    : layer,
);
