// Reads a reply that must be JSON; says what came instead when it is not.

export const demandJson = async (reply: Response): Promise<ReturnType<typeof JSON.parse>> => {
  const text = await reply.text();
  if (!reply.ok) throw new Error(`${reply.url} answered ${reply.status}: ${text.slice(0, 500)}`);
  return JSON.parse(text);
};
