// expect: plugin_error
export default {};
