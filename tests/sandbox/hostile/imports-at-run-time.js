// expect: plugin_error
export default { score: async (customers, ctx) => {
  const name = ['node', 'fs'].join(':');
  const fs = await import(name);
  return [{ customer: 'c1', value: 1, label: fs.readFileSync('/etc/passwd', 'utf8') }];
} };
