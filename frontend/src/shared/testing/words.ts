import { beforeAll } from 'vitest';
import { startI18n } from '@/shared/i18n/i18n';

// Tests without a page: the languages, and nothing of a browser. What they speak of they load themselves.
beforeAll(() => startI18n('zh-CN'));
