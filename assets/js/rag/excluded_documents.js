// The documents whose tick was taken away (`list_documents.js`). The browser alone says so: what is clicked next would
// not wait for a server.
() => [JSON.parse(document.querySelector('#rag-list[data-excluded], #rag-list [data-excluded]').dataset.excluded)]
