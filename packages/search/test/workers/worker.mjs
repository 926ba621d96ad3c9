// A worker of a pool in plain JavaScript; the configuration of a trial says how it goes.
import { setTimeout } from 'node:timers';

let started = 0;
process.on('disconnect', () => process.exit(0));
process.on('message', (message) => {
  if (message.kind === 'load') {
    const { options } = message.sweep;
    if (options.refuse) process.send({ kind: 'refused', code: 'sweep.hash', message: 'another file' });
    else if (options.crash) throw new TypeError('this worker has an error in its first line');
    else process.send({ kind: 'ready', target: 'none:none' });
    return;
  }
  const { key, configuration, seed } = message.trial;
  started++;
  const finish = () =>
    process.send({
      kind: 'finished',
      key,
      seconds: 0.01,
      outcome: { kind: 'done', result: { value: configuration.value ?? 0, seed } },
    });
  if (configuration.die === 'always') process.kill(process.pid, 'SIGKILL');
  else if (configuration.die === 'second' && started === 2) process.kill(process.pid, 'SIGKILL');
  else if (configuration.heap) {
    const kept = [];
    for (;;) kept.push(new Array(10_000).fill({}).map(() => ({})));
  } else setTimeout(finish, configuration.wait ?? 0);
});
