// The signature of webhooks against the published vector of the standard and against its own library, whatever is signed.
import fc from 'fast-check';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { secretPrefix, sign } from './signature.ts';

// The example of the specification.
const known = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  at: 1_614_265_330_000,
  body: '{"test": 2432232314}',
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};

test('the vector of the standard', () => {
  expect(sign(known.secret, known)).toEqual({
    'webhook-id': known.id,
    'webhook-timestamp': '1614265330',
    'webhook-signature': known.signature,
  });
});

test('the time is in whole seconds, never ahead of the clock', () => {
  expect(sign(known.secret, { ...known, at: 1_614_265_330_999 })['webhook-timestamp']).toBe('1614265330');
});

describe('the library of the standard', () => {
  const secretOf = (bytes: Uint8Array): string => `${secretPrefix}${Buffer.from(bytes).toString('base64')}`;
  const signed = fc.record({
    key: fc.uint8Array({ minLength: 24, maxLength: 64 }),
    id: fc.uuid(),
    data: fc.jsonValue({ maxDepth: 2 }),
  });

  test('accepts whatever is signed', () => {
    fc.assert(
      fc.property(signed, ({ key, id, data }) => {
        const body = JSON.stringify({ type: '顾客.created', data });
        const secret = secretOf(key);
        expect(new Webhook(secret).verify(body, sign(secret, { id, at: Date.now(), body }))).toEqual(JSON.parse(body));
      }),
      { numRuns: 100 },
    );
  });

  test('refuses another body, another id, another secret and another time', () => {
    fc.assert(
      fc.property(signed, ({ key, id, data }) => {
        const body = JSON.stringify({ data });
        const secret = secretOf(key);
        const at = Date.now();
        const headers = sign(secret, { id, at, body });
        const verify =
          (text: string, given: Record<string, string>, by = secret) =>
          () =>
            new Webhook(by).verify(text, given);
        const other = secretOf(key.map((byte, n) => (n === 0 ? byte ^ 1 : byte)));
        expect(verify(`${body} `, headers)).toThrow(WebhookVerificationError);
        expect(verify(body, { ...headers, 'webhook-id': `${id}0` })).toThrow(WebhookVerificationError);
        expect(verify(body, headers, other)).toThrow(WebhookVerificationError);
        const earlier = sign(secret, { id, at: at - 60_000, body })['webhook-timestamp']!;
        expect(verify(body, { ...headers, 'webhook-timestamp': earlier })).toThrow(WebhookVerificationError);
      }),
      { numRuns: 50 },
    );
  });
});
