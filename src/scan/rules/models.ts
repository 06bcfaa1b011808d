import { token } from './token.ts'
import type { TokenRule } from './token-rule.ts'

/** Language models and what is built around them. */
export const MODEL_RULES: readonly TokenRule[] = [
  token(
    'openai-key',
    'OpenAI key',
    ['sk-proj-', 'sk-svcacct-', 'sk-admin-'],
    String.raw`sk-(?:proj|svcacct|admin)-[\w-]{20,80}T3BlbkFJ[\w-]{20,80}`,
  ),
  token('openai-key', 'OpenAI key', 'T3BlbkFJ', 'sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}', {
    reach: { most: 23, of: /[\w-]/ },
  }),
  token(
    'anthropic-key',
    'Anthropic key',
    ['sk-ant-api03-', 'sk-ant-admin01-'],
    String.raw`sk-ant-(?:api03|admin01)-[\w-]{93}AA`,
  ),
  token(
    'anthropic-oauth-token',
    'Anthropic OAuth token',
    ['sk-ant-oat01-', 'sk-ant-ort01-'],
    String.raw`sk-ant-o[ar]t01-[\w-]{93}AA`,
  ),
  token('huggingface-token', 'Hugging Face token', 'hf_', 'hf_[A-Za-z]{34}'),
  token('huggingface-token', 'Hugging Face organisation token', 'api_org_', 'api_org_[A-Za-z]{34}'),
  token('groq-key', 'Groq key', 'gsk_', 'gsk_[A-Za-z0-9]{52}'),
  token('xai-key', 'xAI key', 'xai-', 'xai-[A-Za-z0-9]{70,90}'),
  token('perplexity-key', 'Perplexity key', 'pplx-', 'pplx-[A-Za-z0-9]{48}'),
  token('replicate-token', 'Replicate token', 'r8_', 'r8_[A-Za-z0-9]{37}'),
  token('openrouter-key', 'OpenRouter key', 'sk-or-v1-', 'sk-or-v1-[a-f0-9]{64}'),
  token('langsmith-key', 'LangSmith key', ['lsv2_pt_', 'lsv2_sk_'], 'lsv2_(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{10}'),
  token(
    'langfuse-key',
    'Langfuse secret key',
    'sk-lf-',
    'sk-lf-[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}',
  ),
  token('deepseek-key', 'model API key', 'sk-', 'sk-(?:[a-f0-9]{32}|[A-Za-z0-9]{48})'),
  token('wandb-key', 'Weights & Biases key', 'wandb_v1_', 'wandb_v1_[A-Za-z0-9]{27}_[A-Za-z0-9]{49}'),
  token('together-key', 'Together AI key', 'tgp_v1_', String.raw`tgp_v1_[\w-]{43}`),
  token('nvidia-key', 'NVIDIA API key', 'nvapi-', String.raw`nvapi-[\w-]{60,70}`),
  token('tavily-key', 'Tavily key', 'tvly-', 'tvly-(?:dev-|prod-)?[A-Za-z0-9]{32}'),
  token('pinecone-key', 'Pinecone key', 'pcsk_', 'pcsk_[A-Za-z0-9]{4,8}_[A-Za-z0-9]{60,64}'),
  token('firecrawl-key', 'Firecrawl key', 'fc-', 'fc-[a-f0-9]{32}'),
  token('fireworks-key', 'Fireworks key', 'fw_', 'fw_[A-Za-z0-9]{22,24}', { level: 'warn' }),
  token('cerebras-key', 'Cerebras key', 'csk-', 'csk-[a-z0-9]{48}'),
  token('voyage-key', 'Voyage key', 'pa-', String.raw`pa-[\w-]{43}`, { level: 'warn' }),
  token('elevenlabs-key', 'ElevenLabs or model API key', 'sk_', 'sk_[a-f0-9]{48}'),
]
