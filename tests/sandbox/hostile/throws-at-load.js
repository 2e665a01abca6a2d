// expect: plugin_error
throw { get message() { throw new Error('twice'); } };
export default {};
