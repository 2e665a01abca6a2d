// expect: timeout
for (;;);
export default { score: () => [] };
