// The command line: commands, options and their help.

import { readFileSync } from 'node:fs';
import { COMPOUND_COEFFICIENTS } from '@netwright/arch';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { compareCommand } from './commands/compare.ts';
import { convertCommand } from './commands/convert.ts';
import { evaluateCommand } from './commands/evaluate.ts';
import { graphCommand } from './commands/graph.ts';
import { listCommand } from './commands/list.ts';
import { predictCommand } from './commands/predict.ts';
import { profileCommand, type ProfileArguments } from './commands/profile.ts';
import { parsePhi, scaleCommand } from './commands/scale.ts';
import { summaryCommand } from './commands/summary.ts';
import { trainCommand, type TrainArguments } from './commands/train.ts';
import { trajectoriesCommand } from './commands/trajectories.ts';
import { addSearchCommands } from './search-commands.ts';
import { EXIT, reportError, type Session } from './session.ts';
import { parseOption, parseSpec, type SpecValue } from './spec.ts';

/** Runs the command line and gives the exit code. Never throws. */
export async function run(args: readonly string[], session: Session): Promise<number> {
  let code: number = EXIT.ok;
  const program = createProgram(session, (result) => {
    code = result;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    return reportError(session.output, error);
  }
}

function createProgram(session: Session, finish: (code: number) => void): Command {
  const { output } = session;
  const program = new Command('netwright')
    .description('Train and run convolutional networks.')
    .version(ownVersion())
    .showHelpAfterError('(add --help for the options)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => output.line(text.trimEnd()),
      writeErr: (text) => output.error(text.trimEnd()),
      getOutHelpWidth: () => output.columns,
    });
  const command = (name: string, description: string): Command =>
    program
      .command(name)
      .description(description)
      .option('--config <file>', 'configuration file (default: netwright.config.ts, if there is one)');

  const train = command(
    'train',
    'train a model and write runs/NAME with checkpoints, metrics, the model and report.html',
  )
    .addOption(modelOption('cifar_resnet8'))
    .option('--model-option <key=value...>', 'options of the model, e.g. width=32', collectOptions, {})
    .option(
      '--data <spec>',
      'dataset: mnist, fashionMnist, images:directory=DIR, or a plugin',
      parseSpecArgument,
      parseSpec('mnist'),
    )
    .addOption(backendOption())
    .option('--optimizer <spec>', 'optimizer, e.g. adamw:lr=0.001', parseSpecArgument, parseSpec('momentum:lr=0.1'))
    .option(
      '--schedule <spec>',
      'learning-rate schedule, e.g. cosine or oneCycle:maxLr=0.2',
      parseSpecArgument,
      parseSpec('cosine'),
    )
    .option('--warmup <steps>', 'steps of linear warm-up, or a share of the run when below 1', parseNumber, 0)
    .option('--epochs <n>', 'epochs', parseCount, 1)
    .option('--batch-size <n>', 'samples of an update', parseCount, 64)
    .option('--accumulate <n>', 'micro-batches that a batch is cut into', parseCount, 1)
    .option('--max-memory <size>', 'most memory of a step, e.g. 512MB; what does not fit is computed again')
    .option('--validation <share>', 'share (or number) of training samples kept for validation', parseNumber, 0)
    .option('--limit <n>', 'use only the first n training samples', parseCount)
    .option('--augment <names...>', 'crop (4 pixels of padding), flip')
    .option('--label-smoothing <share>', 'label smoothing', parseNumber, 0)
    .option('--clip-norm <norm>', 'largest global gradient norm', parseNumber)
    .option('--clip-value <limit>', 'largest absolute value of a gradient element', parseNumber)
    .option('--ema-decay <share>', 'measure and save a moving average of the weights, e.g. 0.999', parseNumber)
    .option('--train-only <prefix...>', 'train only parameters whose names begin so; the rest is frozen')
    .option('--weights <file>', 'start from the tensors of a safetensors file, as far as they fit')
    .option(
      '--early-stopping <epochs>',
      'stop after so many epochs without improvement and restore the best weights',
      parseCount,
    )
    .option('--seed <n>', 'decides initial values, order, augmentation and masks', parseInteger, 0)
    .option('--name <name>', 'name of the run (default: model and data)')
    .option('--runs <directory>', 'where runs are written', 'runs')
    .option('--resume', 'continue the run of that name from its checkpoint', false)
    .option('--allow-target-change', 'resume although the checkpoint is of another backend or target', false)
    .option('--allow-optimizer-change', 'resume with another optimizer or schedule than the checkpoint has', false)
    .option('--checkpoint-seconds <n>', 'seconds between checkpoints', parseNumber, 60)
    .option('--checkpoint-steps <n>', 'steps between checkpoints, in place of seconds', parseCount);
  train.action(async () => finish(await trainCommand(session, train.opts<TrainArguments>())));

  const evaluate = command('evaluate', 'measure a saved model on the test part of a dataset')
    .argument('<model>', 'model.safetensors or model.json, or the directory of a run')
    .option('--data <spec>', 'dataset', parseSpecArgument, parseSpec('mnist'))
    .addOption(backendOption())
    .option('--batch-size <n>', 'samples at a time', parseCount, 256)
    .option('--json', 'print JSON', false);
  evaluate.action(async (model: string) => finish(await evaluateCommand(session, model, evaluate.opts())));

  const predict = command('predict', 'classify images (PNG or JPEG) with a saved model')
    .argument('<model>', 'model.safetensors or model.json, or the directory of a run')
    .argument('<image...>', 'image files')
    .addOption(backendOption())
    .option('--top <k>', 'classes to list', parseCount, 3)
    .addOption(
      new Option('--resize <mode>', "what to do with images of another size (default: the model's own way)").choices([
        'exact',
        'stretch',
        'centerCrop',
      ]),
    )
    .option('--json', 'print JSON', false);
  predict.action(async (model: string, images: string[]) =>
    finish(await predictCommand(session, model, images, predict.opts())),
  );

  const summary = command(
    'summary',
    'the layers of a model with output shapes, parameters, multiply-adds and activation bytes',
  )
    .argument('<model>', 'name of a model')
    .option('--model-option <key=value...>', 'options of the model', collectOptions, {})
    .option('--batch <n>', 'batch size', parseCount, 1)
    .option('--json', 'print JSON', false);
  summary.action(async (model: string) => finish(await summaryCommand(session, model, summary.opts())));

  const profile = command('profile', 'where the time of inference, or of a training step, goes: kernel by kernel')
    .argument('<model>', 'name of a model')
    .option('--train', 'a training step in place of inference', false)
    .option('--batch <n>', 'batch size', parseCount, 1)
    .option('--size <n>', 'height and width of the images', parseCount)
    .option('--model-option <key=value...>', 'options of the model', collectOptions, {})
    .addOption(backendOption())
    .option('--optimizer <spec>', 'optimizer', parseSpecArgument, parseSpec('momentum'))
    .option('--max-memory <size>', 'most memory of the program, e.g. 512MB')
    .option('--rounds <n>', 'profiled runs, of which the fastest is shown', parseCount, 9)
    .option('--top <n>', 'kernels to list, slowest first', parseCount, 30)
    .option('--json', 'print JSON', false);
  profile.action(async (model: string) =>
    finish(await profileCommand(session, model, profile.opts<ProfileArguments>())),
  );

  const trajectories = command('trajectories', 'draw the paths of optimizers over surfaces, as SVG')
    .requiredOption('--out <directory>', 'where the pictures are written')
    .addOption(backendOption('reference'))
    .option('--only <names...>', 'the pictures to draw (default: all)');
  trajectories.action(async () => finish(await trajectoriesCommand(session, trajectories.opts())));

  const compare = command(
    'compare',
    'networks side by side: year, feature, parameters, multiply-adds, published accuracy',
  )
    .argument('<model...>', 'names of models')
    .option('--json', 'print JSON', false);
  compare.action(async (models: string[]) => finish(await compareCommand(session, models, compare.opts())));

  const graph = command('graph', 'draw the layers of a model, with blocks folded by scope')
    .argument('<model>', 'name of a model')
    .option('--model-option <key=value...>', 'options of the model', collectOptions, {})
    .option('--depth <n>', 'names of a scope that are kept apart; deeper layers are folded', parseCount, 2)
    .option('--out <file>', 'where the picture is written (default: standard output)')
    .addOption(
      new Option('--format <format>', 'svg or mermaid (default: by the end of the file name, else svg)').choices([
        'svg',
        'mermaid',
      ]),
    )
    .option('--inference', 'draw the inference form, without training-only outputs', false);
  graph.action(async (model: string) => finish(await graphCommand(session, model, graph.opts())));

  const scale = command('scale', 'what compound scaling of depth, width and resolution makes of a model')
    .argument('<model>', 'name of a model')
    .addOption(
      new Option('--phi <values>', 'compound coefficients: a number, a range, or a list')
        .argParser(parsePhiArgument)
        .default(parsePhi('0..3'), '0..3'),
    )
    .option('--alpha <base>', 'depth is alpha^phi', parseNumber, COMPOUND_COEFFICIENTS.alpha)
    .option('--beta <base>', 'width is beta^phi', parseNumber, COMPOUND_COEFFICIENTS.beta)
    .option('--gamma <base>', 'resolution is gamma^phi', parseNumber, COMPOUND_COEFFICIENTS.gamma)
    .option('--model-option <key=value...>', 'options of the model', collectOptions, {})
    .option('--json', 'print JSON', false)
    .addHelpText('after', SCALE_HELP);
  scale.action(async (model: string) => finish(await scaleCommand(session, model, scale.opts())));

  const convert = command('convert', 'write the weights of a .pth file (torch.save) as safetensors')
    .argument('<file>', 'file of a state_dict or checkpoint')
    .argument('<out>', 'safetensors file')
    .option('--model <name>', 'model whose weights they must be')
    .option('--model-option <key=value...>', 'options of the model', collectOptions, {})
    .option('--key-map <names...>', 'rules for names that differ: densenet, dataParallel', [])
    .option('--drop <prefixes...>', 'leave out tensors whose names begin so, e.g. aux1 aux2', []);
  convert.action(async (file: string, out: string) => finish(await convertCommand(session, file, out, convert.opts())));

  addSearchCommands(command, session, finish);

  const list = command('list', 'the models, datasets, backends, optimizers and schedules that can be named').option(
    '--json',
    'print JSON',
    false,
  );
  list.action(async () => finish(await listCommand(session, list.opts())));
  return program;
}

function ownVersion(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { readonly version: string }).version;
}

function modelOption(name: string): Option {
  return new Option('--model <name>', 'model').default(name);
}

function backendOption(name = 'cpu'): Option {
  return new Option('--backend <spec>', 'backend, e.g. cpu:threads=2 or reference')
    .argParser(parseSpecArgument)
    .default(parseSpec(name), name);
}

function parseSpecArgument(text: string): ReturnType<typeof parseSpec> {
  return parseArgument(text, parseSpec);
}

function parsePhiArgument(text: string): ReturnType<typeof parsePhi> {
  return parseArgument(text, parsePhi);
}

/** Commander prints such messages after the option's name. */
function parseArgument<T>(text: string, parse: (text: string) => T): T {
  try {
    return parse(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

function collectOptions(
  text: string,
  collected: Readonly<Record<string, SpecValue>>,
): Readonly<Record<string, SpecValue>> {
  if (!/^[A-Za-z]\w*=/.test(text)) throw new InvalidArgumentError('It must be key=value.');
  return { ...collected, ...Object.fromEntries([parseOption(text)]) };
}

function parseNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError('It must be a number that is not negative.');
  return value;
}

function parseInteger(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value)) throw new InvalidArgumentError('It must be an integer.');
  return value;
}

function parseCount(text: string): number {
  const value = parseInteger(text);
  if (value < 1) throw new InvalidArgumentError('It must be at least 1.');
  return value;
}

const SCALE_HELP = `
Multiply-adds grow as depth * width^2 * resolution^2, so that alpha * beta^2 * gamma^2 near 2 makes them grow as 2^phi (EfficientNet).
Channels, blocks and pixels are whole numbers: the table shows what comes of each phi, and its multiply-adds over 2^phi.

  netwright scale efficientnet_b0 --phi 0..4
  netwright scale resnet18 --phi 0.5,1,2 --alpha 1.25 --beta 1.1 --gamma 1.15 --model-option imageSize=64`;
