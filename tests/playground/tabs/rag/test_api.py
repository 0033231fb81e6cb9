"""The endpoints `rag_add`, `rag_search` and `rag_ask`, called as a notebook calls them."""

from __future__ import annotations

import json
import zipfile

import httpx2
import pytest
from gradio_client import Client, handle_file
from openpyxl import Workbook

from tests.browser.serving import ROOT, Served
from tests.playground.tabs.endpoints import check_parameters, refused

ECHO = "scripted/echo"
CAPE = "The lighthouse of Cape Morran was built in 1874 by the engineer Adela Finch. It is 41 metres high.\n"
PORT = "Port Ellery has 5,200 inhabitants. Its fish market opens at five in the morning, except on Mondays.\n"
QUESTION = "Who built the lighthouse of Cape Morran?"
PDF = ROOT / "assets" / "samples" / "documents" / "hillcrest-academy-handbook.pdf"
PARAMETERS = {
    "/rag_add": ["files", "text", "name", "ocr", "embedding", "chunk_tokens", "chunk_overlap"],
    "/rag_search": [
        *("question", "k", "dense", "lexical", "rerank", "diverse", "balance", "files"),
        *("embedding", "chunk_tokens", "chunk_overlap"),
    ],
    "/rag_ask": [
        *("message", "model", "system", "temperature", "max_tokens", "seed", "k", "rerank", "files"),
        *("language", "follow_up", "embedding", "chunk_tokens", "chunk_overlap"),
    ],
}


@pytest.fixture(scope="module")
def client(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Client:
    """One session, with two documents."""
    one = served.client()
    folder = tmp_path_factory.mktemp("documents")
    (folder / "cape.txt").write_text(CAPE)
    (folder / "port.txt").write_text(PORT)
    listed = [handle_file(str(folder / name)) for name in ("cape.txt", "port.txt")]
    assert one.predict(listed, api_name="/rag_add")["added"] == ["cape.txt", "port.txt"]
    return one


def search(client: Client, **values: object) -> list[dict[str, object]]:
    return client.predict(**{"question": QUESTION, "api_name": "/rag_search", **values})


def test_every_parameter_has_a_name_and_a_default(client):
    check_parameters(client, PARAMETERS)


def test_a_session_searches_what_it_has_added(client):
    first, *_ = found = search(client)
    assert (first["file"], first["page"], first["rank"]) == ("cape.txt", 1, 1)
    assert "Adela Finch" in first["text"]
    assert first["end"] - first["start"] == len(first["text"])
    assert set(first["ranks"]) == {"dense", "lexical"}
    assert set(first["scores"]) == {"dense", "lexical", "fused", "rerank", "diverse"}
    assert [one["score"] for one in found] == sorted((one["score"] for one in found), reverse=True)
    json.dumps(found)


def test_each_way_alone_and_all_of_them(client):
    assert search(client, lexical=False)[0]["scores"]["lexical"] is None
    assert search(client, dense=False)[0]["scores"]["dense"] is None
    assert search(client, rerank=True)[0]["scores"]["rerank"] is not None
    assert search(client, diverse=True)[0]["scores"]["diverse"] is not None
    assert len(search(client, k=1)) == 1
    assert {one["file"] for one in search(client, files=["port.txt"])} == {"port.txt"}


def test_the_same_file_is_stored_once_and_a_changed_one_replaced(client, tmp_path):
    file = tmp_path / "tide.txt"
    file.write_text("The tide comes at noon.")
    for expected in ("added", "unchanged"):
        assert client.predict([handle_file(str(file))], api_name="/rag_add")[expected] == ["tide.txt"]
    file.write_text("The tide comes at midnight.")
    documents = client.predict([handle_file(str(file))], api_name="/rag_add")["documents"]
    assert [one["name"] for one in documents].count("tide.txt") == 1
    assert "midnight" in search(client, question="When does the tide come?", files=["tide.txt"])[0]["text"]


def test_files_of_one_name_and_what_is_left_out_are_told(client, tmp_path):
    def written(folder: str, name: str, text: str) -> dict[str, object]:
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / name).write_text(text)
        return handle_file(str(tmp_path / folder / name))

    listed = [written("a", "fruit.txt", "The plums ripen."), written("b", "fruit.txt", "The quinces rot.")]
    answer = client.predict(listed, api_name="/rag_add")
    assert answer["added"] == ["fruit.txt", "fruit (2).txt"]
    assert answer["renamed"] == [{"name": "fruit.txt", "kept_as": "fruit (2).txt"}]
    answer = client.predict([written("a", "copy.txt", "The plums ripen.")], api_name="/rag_add")
    assert answer["added"] == [] and answer["copies"] == [{"name": "copy.txt", "of": "fruit.txt"}]
    answer = client.predict([written("c", "fruit.txt", "The pears fall.")], api_name="/rag_add")
    assert answer["replaced"] == ["fruit.txt"] and answer["renamed"] == []
    book = Workbook()
    book.active.append(["sum", "=1+2"])
    book.save(tmp_path / "sums.xlsx")
    answer = client.predict([handle_file(str(tmp_path / "sums.xlsx"))], api_name="/rag_add")
    (left,) = answer["omitted"]
    assert (left["name"], left["kind"], left["count"], left["pages"]) == ("sums.xlsx", "formulas", 1, [1])
    assert "1 formula" in left["message"]
    assert next(one["omitted"] for one in answer["documents"] if one["name"] == "sums.xlsx")[0]["kind"] == "formulas"


def test_texts_without_a_name_and_files_of_an_archive(client, tmp_path):
    for text in ("Moss grows slowly.", "Ferns unroll."):
        answer = client.predict(text=text, api_name="/rag_add")
    assert answer["added"] == ["text (2).txt"] and answer["replaced"] == []
    with zipfile.ZipFile(tmp_path / "wood.zip", "w") as archive:
        archive.writestr("trees/oak.txt", "Oaks bear acorns.")
    added = client.predict([handle_file(str(tmp_path / "wood.zip"))], api_name="/rag_add")["added"]
    assert added == ["wood.zip/trees/oak.txt"]
    for name in ("wood.zip/trees/oak.txt", "trees/oak.txt"):
        assert search(client, question="acorns", files=[name])[0]["file"] == "wood.zip/trees/oak.txt"


def test_a_pdf_has_pages_and_a_bad_file_its_reason(client, tmp_path):
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7\n")
    answer = client.predict([handle_file(str(PDF)), handle_file(str(broken))], api_name="/rag_add")
    assert answer["added"] == [PDF.name]
    assert next(one["pages"] for one in answer["documents"] if one["name"] == PDF.name) > 1
    (rejected,) = answer["rejected"]
    assert rejected["name"] == "broken.pdf" and rejected["reason"].startswith("document_error") and rejected["message"]


def test_a_text_needs_no_file(client):
    assert client.predict(text="The ferry leaves at nine.", name="ferry", api_name="/rag_add")["added"] == ["ferry.txt"]


def test_an_answer_with_what_it_rests_on(client):
    job = client.submit(QUESTION, ECHO, max_tokens=400, files=["cape.txt"], api_name="/rag_ask")
    last = job.result(timeout=60)
    assert last.keys() == {
        *("text", "model", "finish", "usage", "timing", "dropped"),
        *("passages", "left_out", "citations", "support", "standalone", "evidence"),
    }
    assert last["evidence"] == "good" and last["standalone"] == QUESTION
    assert last["passages"][0]["file"] == "cape.txt"
    cited = last["citations"][0]
    assert last["text"][cited["start"] : cited["end"]] == "[1]" and cited["numbers"] == [1]
    assert last["support"] and {one["label"] for one in last["support"]} <= {"supported", "weak", "unsupported"}
    for one in last["support"]:
        assert last["text"][one["start"] : one["end"]] == one["text"]


def test_what_is_not_there_is_not_asked(client):
    last = client.predict("Which chess opening did Kasparov prefer?", ECHO, files=["port.txt"], api_name="/rag_ask")
    assert last["evidence"] in ("weak", "none")
    if last["evidence"] == "none":
        assert (last["text"], last["passages"]) == ("", [])


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("/rag_add", {}),
        ("/rag_add", {"files": ["/etc/passwd"]}),
        ("/rag_add", {"files": [{"path": "/etc/passwd"}]}),
        ("/rag_add", {"text": "x", "chunk_tokens": 10**6}),
        ("/rag_search", {"question": " "}),
        ("/rag_search", {"question": "x", "k": 0}),
        ("/rag_search", {"question": "x", "dense": False, "lexical": False}),
        ("/rag_search", {"question": "x", "balance": 2}),
        ("/rag_search", {"question": "x", "files": ["not-there.txt"]}),
        ("/rag_search", {"question": "x", "embedding": "scripted/nobody"}),
        ("/rag_ask", {"message": ""}),
        ("/rag_ask", {"message": "x", "model": "scripted/ecco"}),
        ("/rag_ask", {"message": "x", "language": "xx"}),
    ],
)
def test_what_cannot_be_done_is_refused_in_a_sentence(client, name, values):
    said = refused(client, name, **values)
    assert said and "Traceback" not in said and "root:" not in said


def test_another_session_sees_nothing_and_cannot_use_an_upload(served, client):
    other = served.client()
    assert "documents" in refused(other, "/rag_search", question=QUESTION).lower()
    assert "Finch" not in refused(other, "/rag_search", question=QUESTION, files=["cape.txt"])
    sent = httpx2.post(f"{served.url}gradio_api/upload", files={"files": ("secret.txt", b"The secret is 4711.")})
    (path,) = sent.json()
    body = {"data": [[{"path": path, "meta": {"_type": "gradio.FileData"}}], "", "x", False, "", 200, 30]}
    answer = httpx2.post(f"{served.url}gradio_api/call/rag_add", json=body)
    assert answer.status_code == 403
    assert "Finch" in search(client)[0]["text"]
