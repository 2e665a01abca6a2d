// expect: plugin_error
export default { score: async (customers, ctx) => {
  Error.prepareStackTrace = (_, frames) => frames;
  const [frame] = new Error('x').stack;
  return [{ customer: 'c1', value: 1, label: String(frame.getThis()) }];
} };
