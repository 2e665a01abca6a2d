// Ready-made conditions to begin with. Amounts are minor units; thresholds are meant to be changed.
import type { SegmentTemplate } from '@rapport/sdk/schemas';
import templates from './segments.json' with { type: 'json' };

export const segmentTemplates: readonly SegmentTemplate[] = templates;
