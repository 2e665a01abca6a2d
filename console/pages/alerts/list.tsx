// Written next.
export const Alerts = () => null;
