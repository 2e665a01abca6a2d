// Written next.
export const Settings = () => null;
