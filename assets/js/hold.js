// What several fields hold, as one text: for a hidden component that is kept when the page is read again.
(...values) => JSON.stringify(values)
