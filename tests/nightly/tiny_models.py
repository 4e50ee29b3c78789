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
    CLIPImageProcessor,
    CLIPVisionConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaProcessor,
    PreTrainedTokenizerFast,
    Qwen2Config,
    Qwen2ForCausalLM,
)

END, START, PAD = "<|im_end|>", "<|im_start|>", "<|endoftext|>"
CALLS = ("<tool_call>", "</tool_call>")
IMAGE = "<image>"
WIDE = 128
LONGEST = 4096
TEMPLATE = (
    "{%- for m in messages %}<|im_start|>{{ m.role }}\n"
    "{% if m.content is string %}{{ m.content }}{% else %}{% for c in m.content %}"
    "{% if c.type == 'text' %}{{ c.text }}{% else %}<image>{% endif %}{% endfor %}{% endif %}"
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


def language(size, fast):
    """Return the configuration of a two-layer language model."""
    return Qwen2Config(
        vocab_size=size,
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
    pairs = [
        (
            fast.apply_chat_template(
                one["messages"], add_generation_prompt=True, return_dict=False
            ),
            fast(reply + END, add_special_tokens=False).input_ids,
        )
        for one, reply in zip(transcripts, replies, strict=True)
    ]
    ids, mask, labels = rows(pairs, fast.pad_token_id)
    tell(f"{len(pairs)} transcripts, {ids.shape[1]} tokens, {len(fast)} words")
    model = Qwen2ForCausalLM(language(len(fast), fast))
    overfit(model, {"input_ids": ids, "attention_mask": mask}, labels, steps=300)
    model.eval().save_pretrained(folder)
    fast.save_pretrained(folder)


def eyes(pictures, folder):
    """Make a model that tells the pictures it was shown."""
    texts = [one["question"] for one in pictures] + [one["reply"] for one in pictures]
    fast = tokenizer([*texts, pictures[0]["system"]], [IMAGE])
    seen = CLIPVisionConfig(
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=2,
        image_size=56,
        patch_size=14,
        projection_dim=32,
    )
    config = LlavaConfig(
        vision_config=seen,
        text_config=language(len(fast), fast),
        image_token_index=fast.convert_tokens_to_ids(IMAGE),
        vision_feature_select_strategy="default",
        vision_feature_layer=-1,
        tie_word_embeddings=False,
    )
    model = LlavaForConditionalGeneration(config)
    processor = LlavaProcessor(
        image_processor=CLIPImageProcessor(
            size={"shortest_edge": 56}, crop_size={"height": 56, "width": 56}
        ),
        tokenizer=fast,
        patch_size=14,
        vision_feature_select_strategy="default",
        image_token=IMAGE,
        num_additional_image_tokens=1,
        chat_template=TEMPLATE,
    )
    pairs, pixels = [], []
    for one in pictures:
        parts = [{"type": "image"}, {"type": "text", "text": one["question"]}]
        messages = [
            {"role": "system", "content": one["system"]},
            {"role": "user", "content": parts},
        ]
        text = fast.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)
        given = processor(images=Image.open(one["path"]).convert("RGB"), text=text)
        pixels.append(torch.as_tensor(given["pixel_values"][0]))
        prompt = torch.as_tensor(given["input_ids"][0]).tolist()
        pairs.append((prompt, fast(one["reply"] + END, add_special_tokens=False).input_ids))
    ids, mask, labels = rows(pairs, fast.pad_token_id)
    batch = {"input_ids": ids, "attention_mask": mask, "pixel_values": torch.stack(pixels)}
    overfit(model, batch, labels, steps=300, rate=2e-3)
    model.eval().save_pretrained(folder)
    processor.save_pretrained(folder)


if __name__ == "__main__":
    torch.manual_seed(0)
    torch.set_num_threads(2)
    kind, source, target = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    target.mkdir(parents=True, exist_ok=True)
    {"planner": planner, "eyes": eyes}[kind](json.loads(source.read_text()), target)
