// Makes the pages with the program, then runs all checks: node run.mjs ROOT [PART OF A CHECK'S NAME]
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { join } from "node:path";
import { Harness } from "./harness.mjs";
import { namedChecks } from "./named.mjs";
import { rankedChecks } from "./ranked.mjs";

const [root, filter] = process.argv.slice(2);
const output = join(root, "artifacts/browser");
mkdirSync(output, { recursive: true });
const kernel = join(root, "fixtures/oracle/linux-6.18/vmlinux.btf.gz");

function make(name, ...args) {
  const file = join(output, name);
  const started = performance.now();
  execFileSync(process.env.BTFTOOL_BIN, ["report", ...args, "-o", file], { stdio: ["ignore", "inherit", "inherit"] });
  console.log(`${name}: ${statSync(file).size} bytes in ${Math.round(performance.now() - started)} ms`);
  return file;
}

// A kernel in which a struct is called as no compiler would: the same length, so that nothing else moves.
function hostileKernel() {
  const bytes = gunzipSync(readFileSync(kernel));
  const replace = (from, to) => {
    const at = bytes.indexOf(`\0${from}\0`);
    if (at < 0 || from.length !== to.length) throw new Error(`no ${from}`);
    bytes.write(to, at + 1, "latin1");
  };
  replace("tcp_sock_af_ops", "</script><x y=z");
  replace("net_device", "<!--<script");
  replace("sk_buff_head", "\"'><svg/a=1");
  const file = join(output, "hostile.btf");
  writeFileSync(file, bytes);
  return file;
}

const pages = {
  output,
  ranked: make("all.html", "--all", "-f", kernel),
  named: make("named.html", "sk_buff", "tcp_sock", "iphdr", "net_device", "-f", kernel),
  one: make("one.html", "task_struct", "-f", kernel),
};

const harness = new Harness(filter);
await harness.start(process.env.CHROMIUM);
await rankedChecks(harness, pages);
await namedChecks(harness, pages);
process.exitCode = await harness.end();
