// expect: refused at install
await new Promise(() => {});
export default {};
