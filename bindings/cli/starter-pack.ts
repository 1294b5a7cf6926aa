/** The text of `permit0 pack new`. */

/** @param title of the product, `Acme Desk`; `org` is the organisation that writes the pack. */
export function starterPack(name: string, title: string, org: string): string {
  return `# yaml-language-server: $schema=../../node_modules/permit0/taxonomy/schema/pack.schema.json
# What the tools of ${title} do, so that a call is judged by what it does and not by its name. A pack maps and raises; it cannot
# lower anything. The four tools below are examples: put the names of the real ones in their place, as the server's tools/list has them.
#
#   permit0 taxonomy search refund             finds the action that a tool is
#   permit0 taxonomy show payments.refund      says which fields it has, and what it costs
#   permit0 pack test packs/${name}/pack.yaml    runs the calls under examples
#   permit0 pack lint packs/${name}/pack.yaml    says what is probably not meant
pack: ${name}
version: "0.1.0"          # raise it when a decision can change
publisher: ${org}          # the name after \`org:\` in your policy; packs of others are signed
title: ${JSON.stringify(title)}
description: ${JSON.stringify(`Tickets, customers and refunds of ${title}.`)}

tools:
  # A read. Names that do the same with the same arguments share a row.
  - id: search
    names: [${name}_search_tickets, ${name}_list_tickets]
    action: dev.list_issues
    fields:
      query: [query, q]        # the first of these arguments that is there
      limit: [limit]

  # A message to people. \`all\` takes every path together: a receiver under another name must not be overlooked, nor a file that goes along.
  - id: reply
    names: [${name}_send_reply]
    action: email.send
    fields:
      recipient: { all: [to, cc, bcc] }
      subject: [subject]
      text: [body]
      attachments: { count: attachments }
      path: { all: ["attachments[]", "attachments[].path"] }

  # Money. Say what unit the tool takes: \`minor\` is cents, \`major\` is dollars. A wrong unit is a factor of 100.
  - id: refund
    names: [${name}_refund]
    action: payments.refund
    fields:
      amount_minor: { from: [amount], unit: minor }
      currency: [currency]
      reference: [ticket_id]
      payee: [customer_id]

  # A tool that does two things gets a row for each. \`args\` tells them apart. The agent writes the arguments, so list those that make the
  # call calm, and let whatever else stands there be the strict one.
  - id: update
    names: [${name}_update_ticket]
    action: tasks.update
    fields: { reference: [ticket_id], title: [title] }
  - id: update_state
    names: [${name}_update_ticket]
    args: { state: [open, pending, solved] }
    priority: 10
    action: tasks.update
    fields: { reference: [ticket_id], title: [title] }
  - id: update_other_state
    names: [${name}_update_ticket]
    args: { state: present }
    action: tasks.delete
    fields: { reference: [ticket_id] }

# Calls and what must come out of them when the server is bound to this pack. Nobody is known and it is production, unless \`context\`
# says otherwise. Show every row, and more than one verdict: only then a mistake above is noticed.
examples:
  - { tool: ${name}_search_tickets, args: { query: refund }, verdict: allow, action: dev.list_issues, why: "Reads." }
  - { tool: ${name}_send_reply, args: { to: somebody@stranger.test, subject: Hello, body: Done }, verdict: review, action: email.send, why: "To somebody outside." }
  - { tool: ${name}_send_reply, args: { to: somebody@stranger.test, subject: Hello, body: "The password is s3same-0pen" }, verdict: deny, action: email.send, why: "A secret, to somebody outside." }
  - { tool: ${name}_refund, args: { ticket_id: t1, customer_id: c1, amount: 85000, currency: USD }, verdict: review, action: payments.refund, why: "850 dollars: a sum that a person would check." }
  - tool: ${name}_refund
    args: { ticket_id: t1, customer_id: c1, amount: 450, currency: USD }
    context: { actor: support, environment: development, asserted_by: { actor: host, environment: host } }
    verdict: allow
    action: payments.refund
    why: "4.50 dollars, by somebody known, in a test account."
  - { tool: ${name}_update_ticket, args: { ticket_id: t1, title: Lamp }, verdict: allow, action: tasks.update, why: "Easily changed back." }
  - { tool: ${name}_update_ticket, args: { ticket_id: t1, state: solved }, verdict: allow, action: tasks.update, why: "Can be opened again." }
  - { tool: ${name}_send_reply, args: { to: somebody@stranger.test, body: Done, attachments: [.env] }, verdict: deny, action: email.send, why: "A file of keys goes along." }
  - { tool: ${name}_update_ticket, args: { ticket_id: t1, state: deleted }, verdict: review, action: tasks.delete, why: "The ticket is lost." }
`;
}
