// Written next.
export const Plugins = () => null;
