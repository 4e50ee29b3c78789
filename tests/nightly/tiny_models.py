"""Makes tiny models on the spot; runs in the environment of vLLM, which has torch and tokenizers.

    python tiny_models.py planner TRANSCRIPTS.json FOLDER
    python tiny_models.py eyes PICTURES.json FOLDER

Neither can do anything but what it was overfitted on: the planner repeats the calls of recorded
requests, the eyes tell the pictures they were shown. That is enough to try the whole way through a
real server: its template, its parser of tool calls, its schemas, its handling of pictures.
"""

import json
import sys
import time
from pathlib import Path

import torch
from PIL import Image
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    AutoTokenizer,
    Blip2Config,
    Blip2ForConditionalGeneration,
    Blip2Processor,
    Blip2QFormerConfig,
    Blip2VisionConfig,
    BlipImageProcessor,
    OPTConfig,
    PreTrainedTokenizerFast,
    Qwen2Config,
    Qwen2ForCausalLM,
)

END, START, PAD = "<|im_end|>", "<|im_start|>", "<|endoftext|>"
CALLS = ("<tool_call>", "</tool_call>")
IMAGE = "<image>"
WIDE = 128
LONGEST = 4096
SEEN, QUERIES = 56, 8
"""Side of a picture as it is seen, in pixels, and how many places it takes among the words."""
TEMPLATE = (
    "{%- for m in messages %}<|im_start|>{{ m.role }}\n"
    "{% if m.content is string %}{{ m.content }}{% else %}{% for c in m.content %}"
    "{% if c.type == 'text' %}{{ c.text }}{% endif %}{% endfor %}{% endif %}"
    "<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def tell(text):
    """Say how far it is."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def tokenizer(texts, marks):
    """Train a byte-level tokenizer on the very texts it will see, so that they are short."""
    made = Tokenizer(models.BPE(unk_token=None))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=3000,
        special_tokens=[PAD, START, END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    made.train_from_iterator(list(texts) * 3, trainer)
    made.add_tokens(list(marks))
    fast = PreTrainedTokenizerFast(
        tokenizer_object=made,
        eos_token=END,
        pad_token=PAD,
        additional_special_tokens=[START, END],
        model_max_length=LONGEST,
    )
    fast.chat_template = TEMPLATE
    return fast


def reloaded(folder):
    """Return the tokenizer as the server will load it, which goes by the kind of the model."""
    return AutoTokenizer.from_pretrained(folder)


def overfit(model, batch, labels, *, steps, rate=3e-3, enough=0.004):
    """Train until what was shown is repeated."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate)
    started, loss = time.time(), None
    for step in range(steps):
        loss = model(**batch, labels=labels).loss
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if loss.item() < enough:
            break
        if step % 20 == 0:
            tell(f"step {step}, loss {loss.item():.4f}, {time.time() - started:.0f} s")
    tell(f"loss {loss.item():.4f} after {time.time() - started:.0f} s")


def rows(pairs, pad):
    """Return ids, mask and labels of prompts with what is to follow; prompts are not learned."""
    longest = max(len(prompt) + len(reply) for prompt, reply in pairs)
    ids = torch.full((len(pairs), longest), pad)
    labels = torch.full((len(pairs), longest), -100)
    mask = torch.zeros((len(pairs), longest), dtype=torch.long)
    for n, (prompt, reply) in enumerate(pairs):
        size = len(prompt) + len(reply)
        ids[n, :size] = torch.tensor(prompt + reply)
        labels[n, len(prompt) : size] = torch.tensor(reply)
        mask[n, :size] = 1
    return ids, mask, labels


def planner(transcripts, folder):
    """Make a model that answers recorded requests with recorded calls."""
    replies = [
        "".join(f"{CALLS[0]}\n{json.dumps(call)}\n{CALLS[1]}" for call in one["calls"])
        for one in transcripts
    ]
    prompts = ["\n".join(message["content"] for message in one["messages"]) for one in transcripts]
    fast = tokenizer([*prompts, *replies], CALLS)
    config = Qwen2Config(
        vocab_size=len(fast),
        hidden_size=WIDE,
        intermediate_size=2 * WIDE,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=LONGEST,
        bos_token_id=None,
        eos_token_id=fast.eos_token_id,
        pad_token_id=fast.pad_token_id,
        tie_word_embeddings=True,
    )
    model = Qwen2ForCausalLM(config)
    model.save_pretrained(folder)
    fast.save_pretrained(folder)
    fast = reloaded(folder)
    pairs = [
        (_prompt(fast, one["messages"]), _reply(fast, reply))
        for one, reply in zip(transcripts, replies, strict=True)
    ]
    ids, mask, labels = rows(pairs, fast.pad_token_id)
    tell(f"{len(pairs)} transcripts, {ids.shape[1]} tokens, {len(fast)} words")
    overfit(model, {"input_ids": ids, "attention_mask": mask}, labels, steps=300)
    model.eval().save_pretrained(folder)


def _prompt(fast, messages):
    """Return the ids of a conversation up to where the model speaks."""
    text = fast.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)
    return fast(text, add_special_tokens=False).input_ids


def _reply(fast, text):
    return fast(text + END, add_special_tokens=False).input_ids


def eyes(pictures, folder):
    """Make a model that tells the pictures it was shown."""
    texts = [one["question"] for one in pictures] + [one["reply"] for one in pictures]
    fast = tokenizer([*texts, pictures[0]["system"]], [IMAGE])
    model = Blip2ForConditionalGeneration(_eyes_config(fast))
    images = BlipImageProcessor(size={"height": SEEN, "width": SEEN})
    model.save_pretrained(folder)
    Blip2Processor(images, fast, num_query_tokens=QUERIES).save_pretrained(folder)
    fast = reloaded(folder)
    pairs, pixels = [], []
    for one in pictures:
        seen = images(Image.open(one["path"]).convert("RGB"))["pixel_values"][0]
        pixels.append(torch.as_tensor(seen))
        messages = [
            {"role": "system", "content": one["system"]},
            {"role": "user", "content": one["question"]},
        ]
        # The server puts the places of the picture before all words.
        places = [fast.convert_tokens_to_ids(IMAGE)] * QUERIES
        pairs.append((places + _prompt(fast, messages), _reply(fast, one["reply"])))
    ids, mask, labels = rows(pairs, fast.pad_token_id)
    batch = {"input_ids": ids, "attention_mask": mask, "pixel_values": torch.stack(pixels)}
    overfit(model.eval(), batch, labels, steps=300, rate=2e-3)
    model.save_pretrained(folder)


def _eyes_config(fast):
    """Return the configuration of a small model of pictures and words."""
    seen = Blip2VisionConfig(
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=2,
        image_size=SEEN,
        patch_size=14,
    )
    asks = Blip2QFormerConfig(
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=2,
        encoder_hidden_size=64,
        vocab_size=8,
    )
    speaks = OPTConfig(
        vocab_size=len(fast),
        hidden_size=WIDE,
        ffn_dim=2 * WIDE,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=LONGEST,
        word_embed_proj_dim=WIDE,
        bos_token_id=fast.eos_token_id,
        eos_token_id=fast.eos_token_id,
        pad_token_id=fast.pad_token_id,
        architectures=["OPTForCausalLM"],
    )
    return Blip2Config(
        vision_config=seen.to_dict(),
        qformer_config=asks.to_dict(),
        text_config=speaks.to_dict(),
        num_query_tokens=QUERIES,
        image_token_index=fast.convert_tokens_to_ids(IMAGE),
    )


if __name__ == "__main__":
    torch.manual_seed(0)
    torch.set_num_threads(2)
    kind, source, target = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    target.mkdir(parents=True, exist_ok=True)
    {"planner": planner, "eyes": eyes}[kind](json.loads(source.read_text()), target)
