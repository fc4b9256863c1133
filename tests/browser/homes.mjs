// Homes and an agency as real processes, spoken to through their command line. Waiting is for what they say.

import { execFile, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

export const PASSPHRASE = 'maple';
const env = { ...process.env, STREETLAMP_PASSPHRASE: PASSPHRASE };
const running = [];

async function command(program, args) {
  const { stdout } = await promisify(execFile)(program, args, { env });
  return JSON.parse(stdout);
}

// Starts a node and gives what it says when it is ready.
function start(program, args) {
  const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  running.push(child);
  return new Promise((ready, failed) => {
    child.once('exit', (code) => failed(new Error(`${args.join(' ')} ended with ${code}`)));
    createInterface(child.stdout).on('line', (line) => {
      const said = JSON.parse(line);
      if (said.event === 'ready') ready({ ...said, child });
    });
  });
}

export class Home {
  constructor(program, place) {
    this.program = program;
    this.place = place;
  }

  run(...args) {
    return command(this.program, ['--home', this.place, '--json', ...args]);
  }

  async move_in(name, ...more) {
    const made = await this.run('init', '--name', name, '--cell', 'u33dc1');
    this.sheet = made.recovery_sheet;
    await this.start(...more);
  }

  async start(...more) {
    const where = ['--web', '127.0.0.1:0', '--no-mdns', '--listen', '/ip4/127.0.0.1/tcp/0', ...more];
    const ready = await start(this.program, ['--home', this.place, '--json', 'run', ...where]);
    this.listen = ready.listen[0];
    this.child = ready.child;
    this.web = ready.web;
    this.sign_in = ready.sign_in;
  }
}

export class Agency {
  constructor(program, place) {
    this.program = program;
    this.place = place;
  }

  run(...args) {
    return command(this.program, ['--home', this.place, '--json', 'publisher', ...args]);
  }

  async go_on_air(name, home) {
    await this.run('init', '--name', name, '--domain', 'fire.example', '--area', 'u33dc');
    const where = ['--listen', '/ip4/127.0.0.1/tcp/0', '--connect', home.listen];
    await start(this.program, ['--home', this.place, '--json', 'publisher', 'run', ...where]);
  }
}

export function stop_all() {
  for (const child of running) {
    child.removeAllListeners('exit');
    child.kill();
  }
}
