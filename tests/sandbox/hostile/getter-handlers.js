// expect: timeout
export default { get score() { for (;;); } };
