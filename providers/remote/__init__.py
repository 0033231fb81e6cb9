"""What adapters of services on other computers share.

`http` is the one client that requests leave through, `addresses` says where they may go, `adapter` is the base class
of such an adapter, `stream` sends a request under deadlines with retries, `reply` makes events of a vendor's chunks,
`refusals` makes our errors of a vendor's, `estimate` counts tokens from above, and `preview` shows what is sent.
"""
