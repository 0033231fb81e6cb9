"""What every exported program shares: it asks one question after the other."""

LOOP = """
def converse(name, ask):
    print("=====", name)
    messages = [{"role": "system", "content": SYSTEM}] if SYSTEM.strip() else []
    for question in QUESTIONS:
        messages.append({"role": "user", "content": question})
        answer = ask(messages)
        messages.append({"role": "assistant", "content": answer})
        print(f"\\n> {question}\\n\\n{answer}")

"""
SEEING_LOOP = """
def converse(name, ask):
    print("=====", name)
    messages = [{"role": "system", "content": SYSTEM}] if SYSTEM.strip() else []
    for question, images in zip(QUESTIONS, IMAGES):
        parts = [{"type": "image_url", "image_url": {"url": image}} for image in images]
        parts.append({"type": "text", "text": question})
        messages.append({"role": "user", "content": parts if images else question})
        answer = ask(messages)
        messages.append({"role": "assistant", "content": answer})
        print(f"\\n> {question} ({len(images)} images)\\n\\n{answer}")


def turned(message, image):
    # The message with its images in another vendor's form.
    if isinstance(message["content"], str):
        return message
    parts = [image(part["image_url"]["url"]) if part["type"] == "image_url" else part for part in message["content"]]
    return {**message, "content": parts}


def with_sources(message):
    # Anthropic's form.
    def image(url):
        kind, _, data = url.removeprefix("data:").partition(";base64,")
        return {"type": "image", "source": {"type": "base64", "media_type": kind, "data": data}}

    return turned(message, image)


def with_addresses(message):
    # The form of transformers: every content is a list.
    message = turned(message, lambda url: {"type": "image", "url": url})
    if isinstance(message["content"], str):
        return {**message, "content": [{"type": "text", "text": message["content"]}]}
    return message


def without_images(ask):
    # For a model that saw none of the images when this conversation was held.
    def asked(messages):
        print("(asked without the images: this model did not see them)")
        texts = [
            message["content"] if isinstance(message["content"], str) else message["content"][-1]["text"]
            for message in messages
        ]
        return ask([{**message, "content": text} for message, text in zip(messages, texts)])

    return asked

"""
