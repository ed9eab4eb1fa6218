"""How long tantivy and bm25s take for the best twenty of a disjunctive query.

    text_search.py FOLDER

FOLDER holds documents.txt and queries.txt, one a line, words apart. Called by TextComparisons.swift in a venv.
"""
import sys
import time
from pathlib import Path

folder = Path(sys.argv[1])
documents = (folder / "documents.txt").read_text().split("\n")
queries = (folder / "queries.txt").read_text().split("\n")


def report(name, times):
    times.sort()
    print(f"{name}: p50 {times[len(times) // 2]:.3f} ms, p99 {times[len(times) * 99 // 100]:.3f} ms "
          f"({len(times)} queries, {len(documents)} documents)")


def measured(search):
    times = []
    for query in queries:
        start = time.perf_counter()
        search(query)
        times.append((time.perf_counter() - start) * 1000)
    return times


def with_tantivy():
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_text_field("text", stored=False)
    index = tantivy.Index(builder.build())
    writer = index.writer(heap_size=128_000_000, num_threads=1)
    for text in documents:
        document = tantivy.Document()
        document.add_text("text", text)
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    searcher = index.searcher()
    # The query is parsed beforehand: what is compared is the search.
    parsed = {query: index.parse_query(query, ["text"]) for query in queries}
    report("tantivy", measured(lambda query: searcher.search(parsed[query], 20)))


def with_bm25s():
    import bm25s

    retriever = bm25s.BM25()
    retriever.index(bm25s.tokenize(documents, stopwords=None, show_progress=False), show_progress=False)
    words = {query: [query.split()] for query in queries}
    known = set(retriever.vocab_dict)
    words = {query: [[word for word in tokens[0] if word in known]] for query, tokens in words.items()}
    report("bm25s", measured(
        lambda query: retriever.retrieve(words[query], k=20, show_progress=False) if words[query][0] else None))


for compare in (with_tantivy, with_bm25s):
    try:
        compare()
    except Exception as error:  # One that does not run here leaves the other to be measured.
        print(f"{compare.__name__}: skipped: {error}")
