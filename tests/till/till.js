/** The smallest till there can be: one payment over the bridge, and what has to be done when it breaks. */
const form = document.querySelector('form');
const outcome = document.querySelector('output');
const steps = document.querySelector('ol');

function say(text, state) {
  outcome.textContent = text;
  outcome.dataset.state = state;
}

function connect({ address, token }) {
  return new WebSocket(address, ['pos-pairing', `token.${token}`]);
}

function take(choice) {
  const socket = connect(choice);
  /** The payment that was sent and not answered. It is never sent again: the device is asked what became of it. */
  let open = null;
  const payment = {
    type: 'PaymentRequest',
    merchantReferenceCode: `till-${crypto.randomUUID()}`,
    amountDetails: { amount: choice.amount, currency: 'EUR' },
  };
  socket.onopen = () => {
    open = payment;
    socket.send(JSON.stringify(payment));
    say('The payment is at the device.', 'running');
  };
  socket.onmessage = ({ data }) => {
    const answer = JSON.parse(data);
    steps.append(Object.assign(document.createElement('li'), { textContent: answer.message }));
    if (answer.type !== 'PaymentResponse' && answer.type !== 'ErrorResponse') return;
    open = null;
    say(answer.message, answer.type === 'PaymentResponse' ? 'answered' : 'error');
    socket.close(1000);
  };
  socket.onclose = ({ code, reason }) => {
    outcome.dataset.code = String(code);
    outcome.dataset.reason = reason;
    if (open === null && outcome.dataset.state === 'answered') return;
    // 41xx: nothing of this connection was handed over. 42xx: something was, and nobody here knows its outcome.
    if (code >= 4200 && code < 4300 && open !== null)
      say(`What became of the payment is unknown (${code}). Ask the device, do not repeat it.`, 'unknown');
    else if (code >= 4100 && code < 4200)
      say(`The payment was not handed over (${code}).`, 'not-handed-over');
    else if (open !== null) say(`The connection is gone (${code}). Ask the device.`, 'unknown');
    else say(`There is no connection (${code}).`, 'no-connection');
    open = null;
  };
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  steps.replaceChildren();
  delete outcome.dataset.code;
  say('Connecting…', 'connecting');
  take(Object.fromEntries(new FormData(form)));
});
