/** A clock that jumps: by `TORTURE_CLOCK` milliseconds, at each seventh look. */
const jump = Number(process.env.TORTURE_CLOCK);
const now = Date.now;
let looks = 0;
Date.now = () => now() + (Math.floor(++looks / 7) % 2 === 1 ? jump : 0);
