// Preloaded into a process (`--import`) to move its clock: `moved-clock.mjs?at=<ms>` is the time at its start.
const Real = globalThis.Date;
const offset = Number(new URL(import.meta.url).searchParams.get('at')) - Real.now();

globalThis.Date = class extends Real {
  constructor(...given) {
    if (given.length === 0) super(Real.now() + offset);
    else super(...given);
  }
  static now() {
    return Real.now() + offset;
  }
};
