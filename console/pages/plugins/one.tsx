// Written next.
export const PluginPage = () => null;
