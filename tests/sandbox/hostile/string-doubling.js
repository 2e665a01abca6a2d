// expect: plugin_error | memory | timeout | killed
export default { score: async (customers, ctx) => {
  let text = 'x';
  for (;;) text += text;
} };
