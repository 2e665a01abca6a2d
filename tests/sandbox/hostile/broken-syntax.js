// expect: refused at install
export default { score( };
